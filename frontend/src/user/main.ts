import { createApp, h } from 'vue'
import './user.scss'

createApp({ render: () => h('p', 'Loading') }).mount('#app')
