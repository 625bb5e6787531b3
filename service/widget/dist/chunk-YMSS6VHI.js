var d=/\r\n|\n|\r(?!$)/,u=/^([^:]*)(?:: ?)?(.*)$/s;async function*p(l){let r=l.pipeThrough(new TextDecoderStream).getReader(),n="",t="",e=[];try{for(let a=!1;!a;){let o=await r.read();a=o.done,n+=o.value??`
`;let i=n.split(d);n=i.pop()??"";for(let s of i){let[,c,f=""]=u.exec(s)??[];c==="event"&&(t=f),c==="data"&&e.push(f),s===""&&(e.length&&(yield{name:t,data:JSON.parse(e.join(`
`))}),t="",e=[])}}}finally{r.cancel().catch(()=>{})}}export{p as a};
