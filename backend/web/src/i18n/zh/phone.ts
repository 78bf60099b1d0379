export default {
  home: {
    title: '值守',
    empty: '现在没有要你处理的事件。有提醒时会占满屏幕。',
  },
} as const
