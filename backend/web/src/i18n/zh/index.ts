import after from './after'
import auditorWords from './auditorWords'
import board from './board'
import calendar from './calendar'
import customers from './customers'
import dealings from './dealings'
import drills from './drills'
import first from './first'
import library from './library'
import me from './me'
import oversight from './oversight'
import rota from './rota'

export default { ...first, auditor: { ...first.auditor, word: auditorWords }, after, board, calendar, customers, dealings, drills, library, me, oversight, rota }
