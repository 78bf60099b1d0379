import type { components } from '@/api/schema'

export type RoleAt = components['schemas']['RoleBody']

export const ROLES: readonly RoleAt['role'][] = [
  ...(['teller', 'lobby_manager', 'guard', 'counter_supervisor', 'branch_manager', 'deputy_manager'] as const),
  ...(['office_staff', 'complaint_officer', 'business_line', 'compliance_officer', 'legal_officer'] as const),
  ...(['regional_manager', 'hq_duty', 'auditor', 'admin'] as const),
]
