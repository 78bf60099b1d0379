import { describe, expect, it } from 'vitest'
import { furtherErrors, problemFrom } from '../../src/api/problems'

describe('a problem', () => {
  it('says each thing once: a place that only repeats the detail is left out', () => {
    const errors = [
      { field: 'code', detail: '配对码不对、已用过或已过期。' },
      { field: 'name', detail: '必填。' },
    ]
    const problem = problemFrom({ title: '填写有误', detail: '配对码不对、已用过或已过期。', errors }, 422)
    expect(furtherErrors(problem).map(({ field }) => field)).toEqual(['name'])
  })
})
