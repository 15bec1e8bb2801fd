import { serve } from '../src/worker.ts'

serve()
