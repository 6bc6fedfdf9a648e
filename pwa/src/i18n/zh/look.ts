// Words of how screens look on this device.
export const look = {
  title: '显示',
  colours: '颜色',
  text: '字号',
  of: { system: '跟随系统', light: '浅色', dark: '深色', contrast: '高对比' },
  size: { normal: '标准', large: '大', larger: '特大' },
  help: '只影响这台设备。“跟随系统”按手机的深色和高对比设置变化；打印的纸张总是白底黑字。',
};
