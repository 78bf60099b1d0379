/** ISO weeks, as the address of a review names them: 2026-W47. */
const DAY = 86_400_000

/** The week that holds a day (YYYY-MM-DD). */
function weekOf(date: string): string {
  const day = Date.parse(`${date}T00:00:00Z`)
  const weekday = new Date(day).getUTCDay() || 7
  const thursday = new Date(day + (4 - weekday) * DAY)
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1)
  const number = Math.floor((thursday.getTime() - first) / DAY / 7) + 1
  return `${thursday.getUTCFullYear()}-W${String(number).padStart(2, '0')}`
}

/** So many weeks later. */
export function weeksLater(week: string, count: number): string {
  const [year = 0, number = 1] = week.split('-W').map(Number)
  const fourth = Date.UTC(year, 0, 4)
  const monday = fourth - ((new Date(fourth).getUTCDay() || 7) - 1) * DAY
  return weekOf(new Date(monday + (number - 1 + count) * 7 * DAY).toISOString().slice(0, 10))
}
