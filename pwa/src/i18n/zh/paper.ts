// Words of plates and sheets on paper, and of entering a filled-in sheet. Paper counts as much as a phone.
export const paper = {
  choose: '请选择',
  print: '打印',
  printHelp: '用 A4 纸，缩放选“实际大小”或 100%。也可以在打印窗口里存成 PDF。',
  pageOf: (i: number, n: number) => `第 ${i} 页，共 ${n} 页`,
  hub: {
    title: '纸质表和点位码',
    help: '没有手机、不方便用手机的，用纸也一样：打印出来带去，回来照着录入。',
    codes: { title: '点位二维码', help: '贴在点位上，检查人员扫一下就打开这个点位' },
    blank: { title: '空白检查表', help: '带点位码和项目编号，现场打勾' },
    enter: { title: '录入纸质表', help: '照着填好的表录入，附一张表的照片' },
  },
  codes: {
    title: '点位二维码',
    help: '选一个乡镇，默认打印全部点位；也可以只勾几个。',
    township: '乡镇（街道）',
    layout: '版式',
    layouts: { many: '一页八张', one: '一页一张' },
    count: (sites: number, pages: number) => `${sites} 个点位，${pages} 页`,
    none: '这个乡镇还没有点位',
    noneText: '先在点位登记里加上，再来打印。',
  },
  pick: {
    search: '找点位',
    all: (n: number) => `全选（${n}）`,
    none: '全不选',
  },
  plate: {
    app: '拉练通 · 点位码',
    demo: '示例',
    qr: (name: string) => `${name}的二维码`,
    use: '检查人员扫码，打开本点位的检查表和整改情况。扫码不收集群众信息。',
  },
};
