// Words of the first minutes with an account: the one-time code, who to ask when the password is forgotten, what a password must be.
export const entry = {
  code: {
    title: '第一次登录',
    text: '拿出登录码单：用手机扫上面的二维码；或者在上面填账号，把 12 位登录码填在密码里。',
    ready: '账号和登录码已填好，点“登录”就行。',
    before: (name: string) => `这台手机现在是${name}在用。您登录后，${name}没上传的内容还留在这台手机里，不会丢。`,
    field: '一次性登录码',
    over: '这个登录码用过了，或者过了 14 天。请向发给您的单位再要一个。',
  },
  forgotten: {
    title: '忘记密码找谁',
    rows: [
      ['村（社区）干部', '找乡镇经办人员或分管领导'],
      ['乡镇、县级部门、检查人员、县领导', '找县专班'],
      ['县专班', '找平台管理员'],
    ],
    text: '对方在人员页面点一下就能发新的登录码。手机里没上传的内容不会丢。',
  },
  rules: {
    title: '密码要求',
    list: ['至少 10 个字符，几个词连起来最好记', '不要只用数字（手机号、生日、证件号）', '不要用 password123 这类人人都试的', '去掉姓名、县名、单位名后还要有 6 个字符'],
  },
};
