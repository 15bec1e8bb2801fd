import { expect } from 'vitest'
import { it } from './fixture.ts'
import { PATIENCE } from './shop-page.ts'

const soon = { timeout: PATIENCE, interval: 50 }

it('refuses wrong counts with a sentence, and keeps the count', async ({ open }) => {
  const shop = await open({ sync: 'off' })
  await shop.loadItems()
  await shop.setCount('SKU-42', 7)
  for (const [typed, said] of [
    ['-1', 'There cannot be -1 pieces: a count is 0 or more.'],
    ['many', '“many” is not a number: type digits only, such as 12.'],
    ['1.5', 'A count is of whole pieces, and 1.5 is not.'],
    ['', 'Type how many there are, such as 12.'],
  ] as const) {
    await shop.typeCount('SKU-42', typed)
    const field = shop.page.getByRole('textbox', { name: 'Count of SKU-42', exact: true })
    await shop.row('SKU-42').getByRole('alert').getByText(said).waitFor()
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    await field.press('Escape')
    await shop.seesCount('SKU-42', 7)
  }
})

it('sells by the button until there is nothing left', async ({ open }) => {
  const shop = await open({ sync: 'off' })
  await shop.loadItems()
  await shop.setCount('SKU-42', 3)
  // Faster than the page can draw: each click is one piece.
  await shop.button('Sell one SKU-42').evaluate((button: HTMLElement) => {
    for (let i = 0; i < 4; i++) button.click()
  })
  await shop.seesCount('SKU-42', 0)
  await shop.page.getByText('There is no SKU-42 left to sell.').waitFor()
})

it('adds an item, refuses a second of its SKU, and finds it', async ({ open }) => {
  const shop = await open({ sync: 'off' })
  await shop.loadItems()
  const dialog = shop.page.getByRole('dialog', { name: 'Add an item' })
  await shop.button('Add item').click()
  await expect.poll(() => dialog.getByLabel('SKU').inputValue(), soon).toBe('SKU-64')
  await dialog.getByLabel('SKU').fill('SKU-42')
  await shop.button('Add', dialog).click()
  await dialog.getByRole('alert').getByText('There is an item with this SKU already.').waitFor()
  await dialog.getByLabel('SKU').fill('Winter hat')
  await dialog.getByLabel('Colour').selectOption('blue')
  await dialog.getByLabel('Type').selectOption('hat')
  await dialog.getByLabel('Count').fill('12')
  await shop.button('Add', dialog).click()
  await shop.seesCount('Winter hat', 12)

  const rows = shop.page.locator('tbody tr')
  expect(await rows.count()).toBe(65)
  await shop.page.getByRole('searchbox').fill('winter blue')
  await expect.poll(() => rows.count(), soon).toBe(1)
  await shop.page.getByRole('searchbox').fill('')
  await shop.button('blue').click()
  await shop.button('hat').click()
  await expect.poll(() => rows.count(), soon).toBe(5)
  await shop.button('Show all').click()
  await expect.poll(() => rows.count(), soon).toBe(65)
})

it('runs under a strict content security policy', async ({ open, newContext }) => {
  const context = await newContext()
  const policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; worker-src 'self'"
  await context.route('**/*', async (route) => {
    if (!['document', 'script'].includes(route.request().resourceType())) return route.continue()
    const response = await route.fetch()
    await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': policy } })
  })
  const shop = await open({}, context)
  await shop.loadItems()
  await shop.setCount('SKU-42', 7)
  await shop.isSynced()
})

it('can be used by keyboard alone', async ({ open }) => {
  const shop = await open({ sync: 'off' })
  await shop.loadItems()
  const { keyboard } = shop.page
  const focused = () => shop.page.evaluate(() => document.activeElement?.getAttribute('aria-label'))
  await shop.count('SKU-42').focus()
  await keyboard.press('Enter')
  await keyboard.type('7')
  await keyboard.press('Enter')
  await shop.seesCount('SKU-42', 7)
  await expect.poll(focused, soon).toBe('Count of SKU-42: 7, change')
  await keyboard.press('Tab')
  await keyboard.press('Space')
  await shop.seesCount('SKU-42', 8)

  await shop.row('SKU-42').getByRole('button', { name: 'SKU-42: history and details' }).focus()
  await keyboard.press('Enter')
  const panel = shop.page.getByRole('dialog', { name: 'SKU-42' })
  await panel.getByText('8 in stock').waitFor()
  await keyboard.press('Escape')
  await panel.waitFor({ state: 'detached' })
  await expect.poll(focused, soon).toBe('SKU-42: history and details')
})

it('fits a phone, where a panel covers the table', async ({ open }) => {
  const shop = await open({ sync: 'off' })
  await shop.page.setViewportSize({ width: 390, height: 844 })
  await shop.loadItems()
  const overflow = () => shop.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(await overflow()).toBeLessThanOrEqual(0)
  await shop.setCount('SKU-0', 7)
  const panel = await shop.openItem('SKU-0')
  await panel.getByText('7 in stock').waitFor()
  expect(await shop.page.locator('main').evaluate((main: HTMLElement) => main.inert)).toBe(true)
  await shop.button('Remove SKU-0', panel).click()
  await shop.button('Undo', shop.page.locator('.notice')).click()
  await shop.button('Close', panel).click()
  await shop.seesCount('SKU-0', 7)
  expect(await overflow()).toBeLessThanOrEqual(0)
})
