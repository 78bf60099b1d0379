import type { Messages } from '../schema'

export default {
  home: {
    title: 'Audit',
    empty: 'Choose an incident to see its timeline and proof.',
  },
} satisfies Messages['auditor']
