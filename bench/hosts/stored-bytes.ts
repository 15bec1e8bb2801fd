import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** The folders of a profile in which Chromium keeps what pages store: IndexedDB and files. */
const STORES = ['IndexedDB', 'File System', 'Storage', 'WebStorage']

/** Bytes on disk of all that pages stored in this profile. Requires: its browser has ended. */
export async function storedBytes(profile: string): Promise<number> {
  let sum = 0
  for (const store of STORES) {
    const folder = join(profile, 'Default', store)
    for (const file of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
      if (file.isFile()) sum += (await stat(join(file.parentPath, file.name))).size
    }
  }
  return sum
}
