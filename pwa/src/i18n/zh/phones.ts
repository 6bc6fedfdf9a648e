// Words of the page that leads to a working phone: the address, why it must be encrypted, how an operator makes it so.
export const phones = {
  title: '用手机打开',
  good: { title: '用手机扫这个码', text: '手机自带的相机就能扫。扫开后用自己的账号登录，再添加到主屏幕。', code: (address: string) => `打开 ${address} 的二维码` },
  local: {
    title: '这个网址只有本机能用',
    text: '127.0.0.1 和 localhost 指的是这台电脑自己，手机上输同样的网址打不开。要在同一个房间里用手机，看下面的办法。',
  },
  lan: {
    title: '同一个房间里的手机',
    first: '一、扫这个码，照页面上的步骤让手机信任这台电脑（只做一次）',
    second: '二、再扫这个码，打开示例县',
    same: '手机要和电脑连同一个无线网。打不开多半是无线网把设备互相隔开了：让电脑连手机的热点再试。',
  },
  why: {
    title: '为什么一定要 https',
    text: '网址以 http:// 开头就没有加密。浏览器规定：没有加密的网址不给相机、不给定位，也不许存成能离线打开的应用。这三样检查时都要用，所以拉练通在这样的网址上只说明原因，不打开。同一台电脑上的 127.0.0.1 是唯一的例外。',
  },
  operator: {
    title: '给装系统的人',
    demo: '看示例：不用买证书，电脑自己做一张，手机信任一次',
    own: '正式用，有证书：直接给它证书文件',
    proxy: '正式用，前面有 nginx 或 Caddy：让它们管证书',
    files: '两种配置的样例在源码的 backend/packaging 里，改几行就能用。',
  },
  browsers: {
    title: '用什么浏览器',
    list: [
      '安卓：Chrome、Edge 100 以上，或手机自带的浏览器（升级到最新）',
      '苹果：iOS 16.4 以上，用 Safari',
      '华为、荣耀：自带的浏览器，或 Edge',
      '电脑：Edge、Chrome 100 以上，或 360、奇安信浏览器的“极速模式”',
    ],
    chat: '在微信、企业微信、钉钉、飞书里点开的，请点右上角“…”选“在浏览器打开”：聊天软件里的页面存不住照片，也不能离线用。',
    home: '检查人员请把它添加到主屏幕，出发前在“我的”里点一次“出发前检查”。乡镇、村里只看整改单的，不用装任何东西。',
  },
};
