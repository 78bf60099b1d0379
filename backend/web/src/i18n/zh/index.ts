import after from './after'
import auditorWords from './auditorWords'
import first from './first'
import me from './me'
import oversight from './oversight'
import rota from './rota'

export default { ...first, auditor: { ...first.auditor, word: auditorWords }, after, me, oversight, rota }
