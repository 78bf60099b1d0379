import first from './first'
import me from './me'

export default { ...first, me }
