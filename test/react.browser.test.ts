import { type Connection, memory, open } from 'annals/engine'
import { useDb, useLive, useStore } from 'annals/react'
import { act, createElement, type FunctionComponent } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { afterEach, beforeEach, expect, it } from 'vitest'

let conn: Connection
let root: Root | undefined
const place = document.createElement('div')

beforeEach(async () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })
  conn = await open('shop', { storage: memory(), schema: { 'inv/sku': { type: 'string', unique: 'identity' } } })
})
afterEach(async () => {
  act(() => root?.unmount())
  root = undefined
  await conn.close()
})

const settle = (): Promise<void> => act(() => new Promise<void>((resolve) => setTimeout(resolve, 20)))

function show(component: FunctionComponent): Promise<void> {
  root = createRoot(place)
  act(() => root?.render(createElement(component)))
  return settle()
}

const Skus: FunctionComponent = () => {
  const live = useLive(conn.live<string[]>('[:find [?sku ...] :where [_ :inv/sku ?sku]]'))
  return live.status === 'ready' ? live.data.toSorted().join() : live.status
}
const Status: FunctionComponent = () => `${useStore(conn.sync).state}, ${useDb(conn).basisT}`

it('shows a live query, asked where it is shown', async () => {
  expect(renderToString(createElement(Skus))).toBe('loading')
  await show(Skus)
  expect(place.textContent).toBe('')
  await conn.transact([{ 'inv/sku': 'a' }, { 'inv/sku': 'b' }])
  await settle()
  expect(place.textContent).toBe('a,b')
})

it('shows stores, and the newest value', async () => {
  await show(Status)
  const { basisT } = conn.db()
  expect(place.textContent).toBe(`local, ${basisT}`)
  await conn.transact([{ 'inv/sku': 'a' }])
  await settle()
  expect(place.textContent).toBe(`local, ${basisT + 1}`)
})
