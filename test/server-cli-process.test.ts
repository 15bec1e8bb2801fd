import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { oneLine } from '../src/server/cli/one-line.ts'
import { type CommandProcess, processConsole } from '../src/server/cli/process-console.ts'

class Stream extends EventEmitter {
  said = ''
  write(text: string): boolean {
    this.said += text
    return true
  }
}

function process() {
  const [stdout, stderr, signals] = [new Stream(), new Stream(), new EventEmitter()]
  const exits: number[] = []
  const exit = (code: number): void => void exits.push(code)
  const once = signals.once.bind(signals)
  const console = processConsole({ env: {}, stdin: {}, stdout, stderr, once, exit } as unknown as CommandProcess)
  return { console, stdout, stderr, signals, exits }
}

const failure = (code: string): Error => Object.assign(new Error(`write ${code}`), { code })

describe('a command as a process', () => {
  it('ends without a word when nobody reads on', () => {
    const { stdout, stderr, exits } = process()
    stdout.emit('error', failure('EPIPE'))
    expect([exits, stderr.said]).toEqual([[141], ''])
  })

  it('says so when what it says cannot be written', () => {
    const { stdout, stderr, exits } = process()
    stdout.emit('error', failure('ENOSPC'))
    expect([exits, stderr.said]).toEqual([[1], expect.stringContaining('ENOSPC')])
  })

  it('goes on when nobody reads its log', () => {
    const { stderr, exits } = process()
    stderr.emit('error', failure('EPIPE'))
    expect(exits).toEqual([])
  })

  it('leaves signals to the system unless it means to end in good order', () => {
    const { console, signals } = process()
    expect(signals.eventNames()).toEqual([])
    const { signal } = console
    signals.emit('SIGTERM')
    expect(signal.aborted).toBe(true)
  })
})

it('what others wrote cannot move the terminal, nor look like another line', () => {
  expect(oneLine('a\u001b[31mred\nt 7\u009b')).toBe('a\\u001b[31mred\\u000at 7\\u009b')
})
