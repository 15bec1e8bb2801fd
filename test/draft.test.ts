import { expect, it } from 'vitest'
import { TxDataBuilder } from '../src/datom/tx-data.ts'
import { createRuntime } from '../src/engine/create-runtime.ts'
import { Draft } from '../src/engine/draft.ts'
import { start } from '../src/engine/place.ts'

it('asks a transaction for no ids, which are many after an import and wanted by few', async () => {
  const draft = new Draft(await start())
  const decided = await draft.decide(
    createRuntime({}),
    async () => undefined,
    async (_, { mint }) => {
      mint()
      return {
        data: new TxDataBuilder(),
        instant: 0,
        tempids: {},
        replaced: new Map(),
        empty: true,
        get ids(): Record<string, number> {
          throw new Error('asked')
        },
      }
    },
  )
  expect(decided.nextId).toBe(draft.nextId + 1)
})
