export default {
  home: {
    title: '工作台',
    empty: '这里将放投诉、预案和设备。',
  },
} as const
