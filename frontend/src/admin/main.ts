import { createApp, h } from 'vue'
import './admin.scss'

createApp({ render: () => h('p', 'Loading') }).mount('#app')
