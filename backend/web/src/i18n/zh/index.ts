import after from './after'
import first from './first'
import me from './me'
import rota from './rota'

export default { ...first, after, me, rota }
