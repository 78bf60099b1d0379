import after from './after'
import first from './first'
import me from './me'
import oversight from './oversight'
import rota from './rota'

export default { ...first, after, me, oversight, rota }
