// Words about who can reach this installation: the address on paper, and the very first account.
export const reach = {
  title: {
    machine: '纸上的网址，手机打不开',
    plain: '纸上的网址没有加密，手机不能用来检查',
    network: '纸上的网址，只有同一网络里的手机能打开',
  },
  text: (address: string) => `二维码和文字里印的是 ${address}。请装系统的人启动时加上 --public-url 写明大家用的网址（https://…），重启后再打印。`,
  ask: {
    title: '还是要打印？',
    anyway: '照样打印',
    back: '先不打印',
  },
  link: {
    machine: '这个网址只有本机能打开，发给别人没有用。请装系统的人用 --public-url 写明大家用的网址。',
    plain: '这个网址没有加密，手机上可能打不开。请装系统的人用 --public-url 写明 https 网址。',
    network: '这个网址只有同一网络里的手机能打开。',
  },
  first: {
    title: '这里还没有账号',
    text: '第一个账号在装系统的电脑上建，运行下面的命令，它会给出一次性登录码。账号填 admin，密码填登录码。',
    command: 'lalian user add admin --name 管理员 --role platform_admin',
  },
};
