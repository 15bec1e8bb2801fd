import { describe, it } from 'vitest'
import { KINDS, type Places } from '../test/support/databases/places.ts'
import { campaign, type Mortal, type Tally } from './campaign.ts'
import { SyncServer } from './sync-server.ts'

/** Transactions acknowledged on each storage in the default test command: a campaign with ANNALS_ACKS=1000000. */
const ACKS = Number(process.env.ANNALS_ACKS ?? 1000)
/** Those of one database: a node that was killed reads all of its log. */
const ACKS_OF_ONE = 100_000
/** Milliseconds that it may take on a machine that does much else. */
const PATIENCE = 300_000 + ACKS * 5

describe.each(KINDS)('two nodes on one $name', ({ name, start }) => {
  it.skipIf(start === undefined)(
    `lose none of ${ACKS} acknowledged transactions, and store none twice, while everything is killed by turns`,
    async () => {
      const places = await (start as () => Promise<Places>)()
      const url = await places.fresh()
      const nodes = [await SyncServer.at(url), await SyncServer.at(url)]
      const mortals = [...nodes.map(mortalNode), ...mortalServer(places)]
      const tally: Tally = { ...NOTHING }
      const began = performance.now()
      try {
        for (const node of nodes) await node.start()
        for (let round = 1; tally.acknowledged < ACKS; round++)
          await campaign(nodes, mortals, `round-${round}`, Math.min(ACKS - tally.acknowledged, ACKS_OF_ONE), tally)
      } finally {
        for (const node of nodes) await node.stop('SIGKILL')
        await places.close()
      }
      if (process.env.ANNALS_TALLY) console.log(name, tally, `${Math.round((performance.now() - began) / 1000)} s`)
    },
    PATIENCE,
  )
})

const NOTHING: Tally = {
  ...{ lost: 0, twice: 0, cut: 0, unreachable: 0 },
  ...{ acknowledged: 0, refused: 0, repeated: 0, again: 0, deaths: 0 },
}

const mortalNode = (node: SyncServer): Mortal => ({ kill: () => node.stop('SIGKILL'), start: () => node.start() })

/** A file has no server to kill. */
const mortalServer = ({ server }: Places): Mortal[] =>
  server === undefined ? [] : [{ kill: () => server.kill(), start: () => server.restart() }]
