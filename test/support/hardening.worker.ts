import { serveAt } from '../../src/client/serve.ts'
import { memory } from '../../src/engine.ts'
import { openIn } from './channel-worker.ts'

/** Says so when it is told to harden. */
serveAt(self as unknown as Worker, {
  open: openIn(),
  storage: memory(),
  harden: async () => new BroadcastChannel('hardened').postMessage(true),
})
