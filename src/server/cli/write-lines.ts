import { randomBytes } from 'node:crypto'
import { access, link, open, rename, rm } from 'node:fs/promises'
import { onAbort, unlessGivenUp } from '../../base/wait-until.ts'

/**
 * Writes a file that is there whole or not at all: under another name beside it, until all of it is on the disk. Never over another
 * file, which may be the last good backup; and nothing is left of what fails, or is stopped by `signal`.
 */
export async function writeLines(path: string, lines: AsyncIterable<string>, signal: AbortSignal): Promise<void> {
  await checkFree(path)
  const unfinished = `${path}.${randomBytes(4).toString('hex')}.part`
  const file = await open(unfinished, 'wx')
  const iterator = lines[Symbol.asyncIterator]()
  const stopped = [onAbort(signal, () => new Error(`stopped before all was written: there is no ${path}`))]
  try {
    for (;;) {
      const line = await unlessGivenUp(iterator.next(), stopped)
      if (line.done) break
      await file.write(`${line.value}\n`)
    }
    await file.sync()
    await file.close()
    // a renaming would put it in the place of another; where there are no links, of one that came this moment
    await link(unfinished, path).catch(async () => {
      await checkFree(path)
      await rename(unfinished, path)
    })
  } finally {
    await file.close().catch(() => undefined)
    await rm(unfinished, { force: true })
  }
}

async function checkFree(path: string): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  )
  if (isThere) throw new Error(`there is a file ${path} already, and it stays as it is: give another name`)
}
