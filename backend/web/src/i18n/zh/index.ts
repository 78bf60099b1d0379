import first from './first'
import me from './me'
import rota from './rota'

export default { ...first, me, rota }
