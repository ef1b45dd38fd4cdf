import React,{useEffect,useState} from 'react';import {createRoot} from 'react-dom/client';
const base=import.meta.env.VITE_API||'/api';
function App(){const [o,s]=useState([]);useEffect(()=>{fetch(`${base}/orders`).then(r=>r.json()).then(s)},[]);return React.createElement('ul',null,o.map(x=>React.createElement('li',{key:x},x)))}
createRoot(document.getElementById('root')).render(React.createElement(App));
