import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, it, vi } from 'vitest'

const root = new URL('..', import.meta.url).pathname
let folder: string | undefined
afterAll(() => (folder === undefined ? undefined : rm(folder, { recursive: true })))

it('the program in the README runs and prints what its comments say', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  const program = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] as string
  const wanted = [...program.matchAll(/console\.log\(.*\) \/\/ (.*)/g)].map((m) => m[1])
  expect(wanted).toEqual(['7', '100', '100'])

  folder = await mkdtemp(join(root, 'test/.readme-'))
  await writeFile(join(folder, 'program.ts'), program)
  const said: unknown[] = []
  const log = vi.spyOn(console, 'log').mockImplementation((x) => void said.push(x))
  await import(join(folder, 'program.ts'))
  log.mockRestore()
  expect(said.map(String)).toEqual(wanted)
})

it('names exactly two set-up commands', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  const commands = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map((m) => m[1]?.trim())
  expect(commands).toEqual(['npm ci && npm start', 'npm ci && npm test'])
})
