export default {
  home: {
    title: '审计',
    empty: '从左边选择事件，查看时间线和证明。',
  },
} as const
