import type { Messages } from '../schema'

export default {
  home: {
    title: 'On duty',
    empty: 'Nothing needs you now. An alert will fill the screen.',
  },
} satisfies Messages['phone']
