import { describe, expect, it } from 'vitest'
import { AnnalsError, type ErrorCode } from '../src/base/errors.ts'
import { type Effect, type Event, type Machine, move, STOPPED, type World } from '../src/sync/machine.ts'

const AT_REST: World = { now: 1000, random: 0, t: 0, unsent: false, queued: 0 }

/** Feeds events one after the other; gives the last machine and what it asked for then. */
function moved(
  events: readonly (Event | readonly [Event, Partial<World>])[],
  from: Machine = STOPPED,
): [Machine, readonly Effect[]] {
  let machine = from
  let effects: readonly Effect[] = []
  for (const given of events) {
    const [event, world] = 'type' in given ? [given, {}] : given
    ;[machine, effects] = move(machine, event, { ...AT_REST, ...world })
  }
  return [machine, effects]
}
const failed = (code: ErrorCode, data = {}): Event => ({
  type: 'failed',
  error: new AnnalsError(code, 'so it is', data),
})
const GO: Event = { type: 'go' }
const GREETED: Event = { type: 'greeted', remoteT: 0, registered: true }
const modeAfter = (...events: Parameters<typeof moved>[0]): string => moved(events)[0].mode

describe('the sync machine', () => {
  it('connects, catches up and lives', () => {
    expect(moved([GO])).toEqual([
      expect.objectContaining({ mode: 'connecting' }),
      [{ type: 'hello', freshToken: false }],
    ])
    const behind: Event = { type: 'greeted', remoteT: 9, registered: true }
    const [catching, effects] = moved([GO, behind])
    expect([catching.mode, effects]).toEqual(['catching-up', [{ type: 'follow' }, { type: 'pull' }]])
    const halfway: Event = { type: 'pulled', remoteT: 9 }
    expect(moved([[halfway, { t: 5 }]], catching)).toEqual([
      expect.objectContaining({ mode: 'catching-up' }),
      [{ type: 'pull' }],
    ])
    expect(moved([[halfway, { t: 9 }]], catching)).toEqual([expect.objectContaining({ mode: 'live' }), []])
  })

  it('registers once there is something to push, and says hello again for its leases', () => {
    const stranger: Event = { type: 'greeted', remoteT: 0, registered: false }
    const [live, nothing] = moved([GO, stranger])
    expect([live.mode, nothing]).toEqual(['live', [{ type: 'follow' }]])
    const [registering, effects] = moved([[{ type: 'changed' }, { unsent: true }]], live)
    expect(effects).toEqual([{ type: 'register', refused: false }])
    expect(moved([{ type: 'registered' }], registering)[1]).toEqual([
      { type: 'hangUp' },
      { type: 'hello', freshToken: false },
    ])
  })

  it('pulls in the middle of a long queue only what is worth a rebase of it', () => {
    const long = { t: 1, unsent: true, queued: 20_000 }
    const pushed = (remoteT: number): Event => ({ type: 'pushed', remoteT, stopped: undefined })
    const [pushing, first] = moved([GO, [GREETED, { ...long, t: 0 }], [{ type: 'poked', t: 2 }, long]])
    expect([pushing.busy, first]).toEqual(['push', []])
    expect(moved([[pushed(100), long]], pushing)[1]).toEqual([{ type: 'push' }])
    expect(moved([[pushed(2501), long]], pushing)[1]).toEqual([{ type: 'pull' }])
    expect(moved([[pushed(100), { ...long, queued: 700 }]], pushing)[1]).toEqual([{ type: 'pull' }])
    expect(moved([[pushed(100), { ...long, unsent: false }]], pushing)[1]).toEqual([{ type: 'pull' }])
  })

  it('has one request under way, and lets pulls and pushes take turns', () => {
    const busyFeed = { t: 1, unsent: true }
    const [pulling, first] = moved([GO, GREETED, [{ type: 'poked', t: 5 }, busyFeed]])
    expect(first).toEqual([{ type: 'pull' }])
    expect(
      moved(
        [
          [{ type: 'changed' }, busyFeed],
          [{ type: 'poked', t: 6 }, busyFeed],
        ],
        pulling,
      )[1],
    ).toEqual([])
    const [pushing, second] = moved(
      [
        [
          { type: 'pulled', remoteT: 6 },
          { ...busyFeed, t: 5 },
        ],
      ],
      pulling,
    )
    expect(second).toEqual([{ type: 'push' }])
    const [, third] = moved(
      [
        [
          { type: 'pushed', remoteT: 8, stopped: undefined },
          { ...busyFeed, t: 6 },
        ],
      ],
      pushing,
    )
    expect(third).toEqual([{ type: 'pull' }])
  })

  it('forgets no poke that came while it waited for an answer', () => {
    const [pulling] = moved([GO, GREETED, { type: 'poked', t: 5 }, { type: 'poked', t: 6 }])
    expect(moved([[{ type: 'pulled', remoteT: 5 }, { t: 5 }]], pulling)[1]).toEqual([{ type: 'pull' }])
  })

  it('backs off longer and longer, with chance, and at once when woken', () => {
    const pauses: number[] = []
    let machine = moved([GO])[0]
    for (let i = 0; i < 9; i++) {
      const [down, effects] = moved([failed('sync/unreachable')], machine)
      expect(down.mode).toBe('backing-off')
      pauses.push((effects.find((e) => e.type === 'wake') as { at: number }).at - AT_REST.now)
      machine = moved([[{ type: 'due' }, { now: down.retryAt as number }]], down)[0]
      expect(machine.mode).toBe('connecting')
    }
    expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000])
    const [, lucky] = move(machine, failed('sync/unreachable'), { ...AT_REST, random: 0.999999 })
    expect(lucky.at(-1)).toEqual({ type: 'wake', at: AT_REST.now + 30_000 })
    expect(modeAfter(GO, failed('sync/unreachable'), { type: 'woken' })).toBe('connecting')
  })

  it('tries again when the timer says so, whatever the clock says: it is asked once', () => {
    const [down] = moved([GO, failed('sync/unreachable')])
    const retryAt = down.retryAt as number
    for (const now of [retryAt - 1, retryAt - 86_400_000]) {
      const [machine, effects] = moved([[{ type: 'due' }, { now }]], down)
      expect([machine.mode, effects]).toEqual(['connecting', [{ type: 'hello', freshToken: false }]])
      expect(moved([{ type: 'due' }], machine)).toEqual([machine, []])
    }
  })

  it('tries once more without a pause when woken while it connects', () => {
    const lost = failed('sync/unreachable')
    const [again, effects] = moved([GO, { type: 'woken' }, { type: 'woken' }, lost])
    expect([again.mode, effects]).toEqual(['connecting', [{ type: 'hangUp' }, { type: 'hello', freshToken: false }]])
    expect(moved([lost], again)[0].mode).toBe('backing-off')
    // what it was woken from is over
    expect(modeAfter(GO, { type: 'woken' }, GREETED, lost)).toBe('backing-off')
  })

  it('asks for a token once more after a 401, then waits to be woken', () => {
    const expired = failed('sync/unauthorized', { status: 401 })
    const [again, effects] = moved([GO, GREETED, expired])
    expect([again.mode, effects]).toEqual(['connecting', [{ type: 'hangUp' }, { type: 'hello', freshToken: true }]])
    expect(moved([expired], again)[0].mode).toBe('unauthorised')
    expect(moved([GREETED, expired], again)[0].mode).toBe('connecting')
    expect(modeAfter(GO, failed('sync/unauthorized', { status: 403 }))).toBe('unauthorised')
    expect(modeAfter(GO, failed('sync/unauthorized', { status: 403 }), { type: 'woken' })).toBe('connecting')
  })

  it('stays down when the remote is newer or another, until it is started anew', () => {
    for (const [code, mode] of [
      ['sync/upgrade', 'too-old'],
      ['sync/diverged', 'diverged'],
    ] as const) {
      expect(modeAfter(GO, failed(code), { type: 'woken' }, { type: 'changed' }, { type: 'poked', t: 3 })).toBe(mode)
      expect(modeAfter(GO, failed(code), { type: 'stop' }, GO)).toBe('connecting')
    }
  })

  it('registers anew after a fork, and does not spin', () => {
    const fork: Event = { type: 'fork', by: 'push' }
    const unsent = { unsent: true }
    const [again, hello] = moved([GO, [GREETED, unsent], fork])
    expect([again.mode, hello]).toEqual(['connecting', [{ type: 'hangUp' }, { type: 'hello', freshToken: false }]])
    const [registering, effects] = moved([[GREETED, unsent]], again)
    expect(effects).toEqual([{ type: 'follow' }, { type: 'register', refused: false }])
    const refused: Event = { type: 'fork', by: 'register' }
    expect(moved([refused, [GREETED, unsent]], registering)[1]).toEqual([
      { type: 'follow' },
      { type: 'register', refused: true },
    ])
    const many = Array.from({ length: 4 }, () => [[GREETED, unsent] as const, fork]).flat()
    expect(modeAfter(GO, ...many)).toBe('backing-off')
  })

  it('does not go round for ever where hello is answered and nothing else is', () => {
    const expired = failed('sync/unauthorized', { status: 401 })
    const refusals = Array.from({ length: 4 }, () => [GREETED, expired]).flat()
    expect(modeAfter(GO, ...refusals)).toBe('unauthorised')
    const moved: Event = { type: 'pulled', remoteT: 0 }
    expect(modeAfter(GO, ...refusals.slice(0, 6), GREETED, moved, expired)).toBe('connecting')
    const excised = Array.from({ length: 4 }, () => [GREETED, { type: 'excised' } as const]).flat()
    expect(modeAfter(GO, ...excised.slice(0, 6))).toBe('connecting')
    expect(modeAfter(GO, ...excised)).toBe('backing-off')
  })

  it('waits with what the server cannot decide yet, and reads on', () => {
    const stopped = new AnnalsError('sync/unknown-function', 'the server lacks it', {})
    const unsent = { unsent: true }
    const [stuck, effects] = moved([GO, [GREETED, unsent], [{ type: 'pushed', remoteT: 0, stopped }, unsent]])
    expect([stuck.mode, stuck.error, effects]).toEqual(['live', stopped, [{ type: 'wake', at: 31_000 }]])
    expect(moved([[{ type: 'poked', t: 1 }, unsent]], stuck)[1]).toEqual([{ type: 'pull' }])
    expect(moved([[{ type: 'due' }, { ...unsent, now: 31_000 }]], stuck)[1]).toEqual([{ type: 'push' }])
    expect(moved([[{ type: 'woken' }, unsent]], stuck)[1]).toEqual([{ type: 'push' }])
  })

  it('stops wherever it is', () => {
    for (const events of [[GO], [GO, GREETED], [GO, failed('sync/unreachable')], [GO, failed('sync/diverged')]]) {
      expect(moved([...events, { type: 'stop' }])).toEqual([
        expect.objectContaining({ mode: 'stopped', busy: undefined }),
        [{ type: 'hangUp' }],
      ])
      expect(
        modeAfter(...events, { type: 'stop' }, { type: 'changed' }, { type: 'poked', t: 3 }, { type: 'woken' }),
      ).toBe('stopped')
    }
  })
})
