const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const dayOfYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' })

/** As much of an instant as is needed to know it today: '14:03:07', '12 May, 14:03:07', '12 May 2024, 14:03:07'. */
export function showTime(instant: Date, now = new Date()): string {
  if (instant.toDateString() === now.toDateString()) return time.format(instant)
  const date = instant.getFullYear() === now.getFullYear() ? day : dayOfYear
  return `${date.format(instant)}, ${time.format(instant)}`
}
