import { serve } from 'annals/worker'

serve()
postMessage('started')
