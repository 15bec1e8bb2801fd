import type { Connection, Db } from 'annals'
import { useDb } from 'annals/react'
import { useMemo } from 'react'

/** The value that the page shows: the newest, or the one as of `t`. */
export function useShownDb(conn: Connection, t: number | undefined): Db {
  const newest = useDb(conn)
  // What was true as of t stays so, whatever comes: the view is made once.
  const past = useMemo(() => (t === undefined ? undefined : conn.db().asOf(t)), [conn, t])
  return past ?? newest
}
