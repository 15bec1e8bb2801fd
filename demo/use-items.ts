import type { Connection } from 'annals'
import { useLive } from 'annals/react'
import { useMemo } from 'react'
import { ITEMS, type Item } from './item.ts'
import { type Answer, useAnswer } from './use-answer.ts'

/** Every item, live; or as of `t`. */
export function useItems(conn: Connection, t: number | undefined): Answer<readonly Item[]> {
  const live = useLive(conn.live<readonly Item[]>(ITEMS))
  const past = useAnswer(
    useMemo(() => (t === undefined ? undefined : () => conn.db().asOf(t).q<Item[]>(ITEMS)), [conn, t]),
  )
  return t === undefined ? live : past
}
