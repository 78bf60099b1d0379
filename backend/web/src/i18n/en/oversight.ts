import type { Messages } from '../schema'

const oversight: Messages['oversight'] = {
  figures: {
    title: 'Statistics',
    sub: 'Without drills · {from} to {to}',
    org: 'Organisation',
    allOrgs: 'All that I oversee',
    since: 'From',
    until: 'To',
    by: 'By',
    groups: { branch: 'Branch', type: 'Type', month: 'Month', cause: 'Root cause', outcome: 'Outcome', business_line: 'Business line' },
    csv: 'Export CSV',
    none: 'No incidents in this period. Choose another period or organisation.',
    incidents: 'Incidents',
    open: '{n} open',
    cancelled: '{n} cancelled',
    acknowledge: 'Time to acknowledge',
    contain: 'Time to contain',
    clocks: 'Clocks',
    p90: '90% within {time}',
    never: 'none yet',
    kept: '{n} kept',
    missed: '{n} missed',
    keptShare: 'Kept',
    repeats: 'Repeats',
    repeatsHint: 'The same cause again, with the same type at the same branch',
    reopened: '{n} reopened',
    causes: 'Root causes',
    causesNone: 'No cause has been recorded at a closing yet.',
    chartCount: 'Incidents',
    chartAcknowledge: 'Time to acknowledge (median)',
    chartContain: 'Time to contain (median)',
    table: 'All figures',
    all: 'All together',
  },
}

export default oversight
