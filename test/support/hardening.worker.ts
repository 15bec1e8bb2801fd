import { serveAt } from '../../src/client/serve.ts'
import { openIn } from './channel-worker.ts'

/** Says so when it is told to harden. */
serveAt(self as unknown as Worker, openIn(), async () => new BroadcastChannel('hardened').postMessage(true))
