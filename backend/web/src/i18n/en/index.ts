import type { Messages } from '../schema'
import after from './after'
import auditor from './auditor'
import board from './board'
import common from './common'
import customers from './customers'
import dealings from './dealings'
import desk from './desk'
import drills from './drills'
import incident from './incident'
import library from './library'
import me from './me'
import oversight from './oversight'
import phone from './phone'
import rota from './rota'
import tablet from './tablet'

export default { after, customers, board, drills, common, tablet, phone, auditor, desk, incident, library, me, oversight, rota } satisfies Messages
export default { after, auditor, board, common, customers, dealings, desk, drills, incident, me, oversight, phone, rota, tablet } satisfies Messages
