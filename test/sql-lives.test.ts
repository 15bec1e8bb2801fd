import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { LocalStore } from '../src/storage/port.ts'
import { sqlLocal } from '../src/storage/sql/sql-local.ts'

const put = (store: LocalStore, value: number) => store.commit({ expect: {}, meta: new Map([['value', value]]) })

it('a database that another process removed and made anew is heard of as the new one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'annals-lives-'))
  const url = `sqlite:${join(folder, 'x.db')}`
  const here = sqlLocal({ url })
  const there = sqlLocal({ url })
  onTestFinished(async () => {
    await Promise.all([here.close(), there.close()])
    rmSync(folder, { recursive: true })
  })
  const before = await here.open('x')
  const told = vi.fn()
  before.watch(told)
  for (let i = 0; i < 5; i++) await put(before, i)

  await there.destroy('x')
  const remade = await there.open('x')
  await vi.waitFor(() => expect(told).toHaveBeenCalled(), 5_000)
  await expect(before.read()).rejects.toMatchObject({ code: 'storage/closed', data: { reason: 'destroyed' } })

  const again = await here.open('x')
  const heard = vi.fn()
  again.watch(heard)
  await put(remade, 1)
  await vi.waitFor(() => expect(heard).toHaveBeenCalled(), 5_000)
  const beside = vi.fn()
  const second = await here.open('x')
  second.watch(beside)
  beside.mockClear()
  await put(again, 2)
  expect(beside).toHaveBeenCalled()
})
