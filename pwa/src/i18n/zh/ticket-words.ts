// Words of a ticket's states and marks, the same on every screen.
export const ticketWords = {
  state: {
    pending: '待交办',
    issued: '已交办',
    in_progress: '整改中',
    submitted: '待核查',
    rework: '退回重改',
    on_hold: '挂账',
    closed: '已销号',
    declined: '不予交办',
    merged: '已合并',
    void: '撤销',
  },
  severity: { critical: '危急', major: '重点', minor: '一般' },
  isStatic: '静态问题',
  notStatic: '动态问题',
  overdue: '已逾期',
  dueSoon: '临期',
  noNumber: '未编号',
  due: (when: string) => `${when} 到期`,
};
