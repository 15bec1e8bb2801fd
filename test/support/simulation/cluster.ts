import { AnnalsError, isAnnalsError } from '../../../src/base/errors.ts'
import { createRuntime } from '../../../src/engine/create-runtime.ts'
import { Transactor } from '../../../src/server/transactor.ts'
import { memoryRemote } from '../../../src/storage/memory-remote.ts'
import { fromCbor, toCbor } from '../../../src/sync/cbor.ts'
import { DEFAULT_LIMITS } from '../../../src/sync/protocol.ts'
import { readHelloAnswer, readPullAnswer, readPushAnswer, readRegisterAnswer } from '../../../src/sync/read-answer.ts'
import { readHello, readPush, readRegister } from '../../../src/sync/read-request.ts'
import type { Transport } from '../../../src/sync/transport.ts'
import type { World } from './world.ts'

/** How likely each fault is; all zero once the world is healed. */
export interface Faults {
  lostRequest: number
  lostAnswer: number
  duplicate: number
  longDelay: number
  nodeCrash: number
}

/** Small, so that pushes and pulls come in several. */
const LIMITS = { ...DEFAULT_LIMITS, batch: 5, page: 4 }

/** Server nodes over one storage, and the network that leads to them. */
export class Cluster {
  readonly storage = memoryRemote()
  private nodes: Promise<Transactor>[] = []
  private lives: number[] = []
  /** How often each fault has happened. */
  readonly happened = new Map<string, number>()

  constructor(
    private readonly world: World,
    readonly faults: Faults,
    count: number,
  ) {
    for (let i = 0; i < count; i++) this.start(i)
  }

  private start(i: number): void {
    const runtime = createRuntime({ now: () => this.world.now + i * 7_000 })
    const options = { database: 'shop', runtime, limits: LIMITS, depth: LIMITS.depth, validate: undefined }
    this.lives[i] = (this.lives[i] ?? 0) + 1
    this.nodes[i] = this.storage.open('shop').then((store) => Transactor.open(store, options, () => undefined))
  }

  private fault(name: keyof Faults): boolean {
    if (!this.world.chance(this.faults[name])) return false
    this.happened.set(name, (this.happened.get(name) ?? 0) + 1)
    return true
  }

  /** The way to the cluster for one replica; `down` cuts it. */
  transport(down: () => boolean): Transport {
    const decode = (bytes: Uint8Array): unknown => fromCbor(bytes, { maxBytes: 1e8, maxDepth: 80 })
    const send = async <T>(
      message: object,
      serve: (node: Transactor, message: unknown) => Promise<object>,
      read: (x: unknown) => T,
      signal: AbortSignal,
    ): Promise<T> => {
      const bytes = toCbor(message)
      const answer = this.deliver(bytes, (node) => serve(node, decode(bytes)), down)
      return read(decode(toCbor(await unlessAborted(answer, signal))))
    }
    return {
      hello: (m, _fresh, signal) => send(m, (node, x) => node.hello(readHello(x), '', true), readHelloAnswer, signal),
      register: (m, signal) => send(m, (node, x) => node.register(readRegister(x), ''), readRegisterAnswer, signal),
      push: (m, signal) => send(m, (node, x) => node.push(readPush(x, LIMITS), ''), readPushAnswer, signal),
      pull: (from, max, signal) => send({}, (node) => node.pull(from, max), readPullAnswer, signal),
      follow: (_from, poke, signal) => this.follow(poke, down, signal),
    }
  }

  private delay(): number {
    return 5 + this.world.below(40) + (this.fault('longDelay') ? this.world.below(20_000) : 0)
  }

  private async deliver<T>(
    message: Uint8Array,
    serve: (node: Transactor) => Promise<T>,
    down: () => boolean,
  ): Promise<T> {
    const { world } = this
    await world.pause(this.delay())
    if (down() || this.fault('lostRequest')) throw unreachable()
    const i = world.below(this.nodes.length)
    const life = this.lives[i]
    if (this.fault('duplicate')) {
      const other = world.below(this.nodes.length)
      world.after(this.delay(), () => void this.nodes[other]?.then(serve).catch(() => undefined))
    }
    const answer = await (this.nodes[i] as Promise<Transactor>).then(serve).catch((e: unknown) => {
      throw isAnnalsError(e, 'storage/closed') ? unreachable() : e
    })
    if (message.length > 0 && this.fault('nodeCrash')) await this.crash(i)
    await world.pause(this.delay())
    if (down() || this.lives[i] !== life || this.fault('lostAnswer')) throw unreachable()
    return answer
  }

  private async crash(i: number): Promise<void> {
    const old = this.nodes[i]
    this.start(i)
    await (await old)?.close()
  }

  private async follow(poke: (t: number) => void, down: () => boolean, signal: AbortSignal): Promise<void> {
    await unlessAborted(this.world.pause(this.delay()), signal)
    if (down()) throw unreachable()
    const i = this.world.below(this.nodes.length)
    const life = this.lives[i]
    const node = await (this.nodes[i] as Promise<Transactor>)
    let broken = (): void => undefined
    const pass = (t: number): void => {
      if (down() || this.lives[i] !== life) broken()
      else if (!this.fault('lostRequest')) this.world.after(this.delay(), () => poke(t))
    }
    const stop = node.onHead(pass)
    pass(node.t)
    const ends = new Promise<void>((_resolve, reject) => {
      broken = () => reject(unreachable())
    })
    // what a heartbeat would find out
    const beat = (): void => {
      if (signal.aborted) return
      if (down() || this.lives[i] !== life) broken()
      else {
        pass(node.t)
        this.world.after(10_000, beat)
      }
    }
    beat()
    await unlessAborted(ends, signal).finally(stop)
  }
}

const unreachable = (): AnnalsError => new AnnalsError('sync/unreachable', 'the network is down', {})

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(unreachable())
    signal.addEventListener('abort', leave, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}
