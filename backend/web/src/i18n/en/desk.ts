import type { Messages } from '../schema'

export default {
  home: {
    title: 'Desk',
    empty: 'Complaints, playbooks and devices will be here.',
  },
} satisfies Messages['desk']
