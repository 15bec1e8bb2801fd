import { access, open, rename, rm } from 'node:fs/promises'
import { onAbort } from '../../base/wait-until.ts'

/**
 * Writes a file that is there whole or not at all: under another name beside it, until all of it is on the disk. Never over another
 * file, which may be the last good backup; and nothing is left of what fails, or is stopped by `signal`.
 */
export async function writeLines(path: string, lines: AsyncIterable<string>, signal: AbortSignal): Promise<void> {
  await checkFree(path)
  const unfinished = `${path}.${process.pid}.part`
  const file = await open(unfinished, 'wx')
  let forget = (): void => undefined
  const stopped = new Promise<never>((_, reject) => {
    forget = onAbort(signal, () => new Error(`stopped before all was written: there is no ${path}`))(reject)
  })
  try {
    const iterator = lines[Symbol.asyncIterator]()
    for (;;) {
      const { done, value } = await Promise.race([iterator.next(), stopped])
      if (done) break
      await file.write(`${value}\n`)
    }
    await file.sync()
    await file.close()
    await checkFree(path)
    await rename(unfinished, path)
  } catch (e) {
    await file.close().catch(() => undefined)
    await rm(unfinished, { force: true })
    throw e
  } finally {
    forget()
  }
}

async function checkFree(path: string): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  )
  if (isThere) throw new Error(`there is a file ${path} already, and it stays as it is: give another name`)
}
