import type { Console } from './console.ts'

/** The exit code of a command whose reader has gone, as shells know it: 128 + SIGPIPE. */
const BROKEN_PIPE = 141

/** What a command needs of its process. */
export type CommandProcess = Pick<NodeJS.Process, 'env' | 'stdin' | 'stdout' | 'stderr' | 'once' | 'exit'>

/** The world of a command that runs as a process of its own. It ends at once where nobody reads what it says, as `| head` does. */
export function processConsole(process: CommandProcess): Console {
  const { stdout, stderr } = process
  stdout.on('error', (e: NodeJS.ErrnoException) => {
    if (e.code === 'EPIPE') return process.exit(BROKEN_PIPE)
    stderr.write(`annals: the output cannot be written: ${e.message}\n`)
    process.exit(1)
  })
  // a server goes on though nobody reads its log
  stderr.on('error', () => undefined)
  return {
    out: (line) => void stdout.write(`${line}\n`),
    err: (line) => void stderr.write(`${line}\n`),
    // whoever does not ask for it ends at the first signal, as processes do
    get signal() {
      const stop = new AbortController()
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
      return stop.signal
    },
    get input() {
      return process.stdin
    },
    env: process.env,
  }
}
