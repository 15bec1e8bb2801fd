import { serve } from 'annals/worker'

/** The worker of an application that brings a function. */
serve({
  functions: {
    'stock/move': async (db, { from, to, n }: { readonly from: string; readonly to: string; readonly n: number }) => {
      const left = await db.q<number>('[:find ?n . :in $ ?sku :where [?e :inv/sku ?sku] [?e :inv/count ?n]]', [from])
      return [{ 'inv/sku': from, 'inv/count': left - n }, [':db/inc', ['inv/sku', to], 'inv/count', n]]
    },
  },
})
