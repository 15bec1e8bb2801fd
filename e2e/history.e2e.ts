import { expect } from 'vitest'
import { it } from './fixture.ts'
import { PATIENCE } from './shop-page.ts'

const soon = { timeout: PATIENCE, interval: 50 }

it('tells the history of an item, and undoes a change in it', async ({ open }) => {
  const shop = await open({ user: 'Ann' })
  await shop.button('Load the tutorial’s shop').click()
  await shop.seesCount('SKU-42', 1000)
  await shop.seesCount('SKU-22', '–')
  const panel = await shop.openItem('SKU-42')
  const entries = panel.getByRole('list').first().locator('> li')
  await expect.poll(() => entries.count(), soon).toBe(3)
  const [newest, , oldest] = await entries.allTextContents()
  expect(newest).toMatch(/correct data entry error[\s\S]*Ann, [\s\S]*count 100 → 1000/)
  expect(oldest).toMatch(/the tutorial’s items[\s\S]*type dress[\s\S]*colour blue[\s\S]*size large/)

  // A change that still stands is undone as a whole, and the undo is signed …
  const entry = (reason: string) => entries.filter({ has: shop.page.getByText(reason, { exact: true }) })
  await panel.getByLabel('Count').fill('990')
  await panel.getByLabel('Reason').fill('ten are torn')
  await shop.button('Save', panel).click()
  await shop.seesCount('SKU-42', 990)
  const torn = entry('ten are torn')
  await expect.poll(() => torn.textContent(), soon).toMatch(/Ann, [\s\S]*count 1000 → 990/)
  await shop.button('Undo', torn).click()
  await shop.seesCount('SKU-42', 1000)
  await expect.poll(() => entries.first().textContent(), soon).toMatch(/undone: ten are tornAnn, [\s\S]*990 → 1000/)
  await expect.poll(() => torn.textContent(), soon).toMatch(/Undone: \d facts?\./)

  // … and one that was changed since is left alone, and says so.
  await shop.setCount('SKU-42', 5)
  const corrected = entry('correct data entry error')
  await shop.button('Undo', corrected).click()
  await expect.poll(() => corrected.textContent(), soon).toMatch(/count stays as it is: it was changed again since\./)
  await shop.seesCount('SKU-42', 5)
})

it('asks before it undoes what is about many items', async ({ open }) => {
  const shop = await open()
  await shop.loadItems()
  await shop.setCount('SKU-42', 7)
  const panel = await shop.openItem('SKU-42')
  const loaded = panel.locator('.change').last()
  await shop.button('Undo', loaded).click()
  await expect.poll(() => loaded.textContent(), soon).toMatch(/about 64 items/)
  await shop.button('Leave it', loaded).click()
  await shop.seesCount('SKU-42', 7)
})

it('removes an item, and brings it back', async ({ open }) => {
  const shop = await open()
  await shop.loadItems()
  await shop.setCount('SKU-42', 7)
  const panel = await shop.openItem('SKU-42')
  await shop.button('Remove SKU-42', panel).click()
  await shop.row('SKU-42').waitFor({ state: 'detached' })
  await shop.button('Undo', shop.page.locator('.notice')).click()
  await shop.seesCount('SKU-42', 7)
})

it('shows the whole page as of then, to be looked at only', async ({ open }) => {
  const shop = await open()
  await shop.button('Load the tutorial’s shop').click()
  await shop.seesCount('SKU-42', 1000)
  await shop.isSynced()
  const slider = shop.page.getByRole('slider')
  const earlier = shop.button('One change earlier')
  await earlier.click()
  await shop.seesCount('SKU-42', 100)
  await shop.seesCount('SKU-22', '–')
  await shop.page.getByText('This is the past').waitFor()
  expect(await shop.page.getByRole('button', { name: /^(Sell|Receive|Add|Remove|Count of)/ }).count()).toBe(0)
  await slider.press('ArrowLeft')
  await shop.seesCount('SKU-22', 7)
  const panel = await shop.openItem('SKU-22')
  await expect.poll(() => panel.locator('.change').count(), soon).toBe(2)
  expect(await shop.button('Undo', panel).count()).toBe(0)
  await slider.press('Home')
  await shop.page.getByText('There was nothing in the shop yet.').waitFor()

  // What happens meanwhile does not reach the past, and is there on return.
  await shop.page.evaluate(() =>
    window.annalsDemo?.conn.transact([[':db/add', ['inv/sku', 'SKU-42'], 'inv/count', 5]]).then(({ id }) => id),
  )
  await slider.press('ArrowRight')
  await shop.button('Back to now').click()
  await shop.seesCount('SKU-42', 5)
})
