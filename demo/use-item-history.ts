import type { Db } from 'annals'
import { useMemo } from 'react'
import { type Change, itemHistory } from './item-history.ts'
import { type Answer, useAnswer } from './use-answer.ts'

/** The history of an item in `db`, newest first. */
export const useItemHistory = (db: Db, sku: string): Answer<readonly Change[]> =>
  useAnswer(useMemo(() => () => itemHistory(db, sku), [db, sku]))
