import React from 'react';import {createRoot} from 'react-dom/client';
import {ApolloClient,InMemoryCache,HttpLink,gql} from '@apollo/client';
import {ApolloProvider,useQuery} from '@apollo/client/react';
const client=new ApolloClient({link:new HttpLink({uri:import.meta.env.VITE_GRAPHQL}),cache:new InMemoryCache()});
function P(){const {data}=useQuery(gql`{ people }`);return React.createElement('p',null,data?data.people:'…')}
createRoot(document.getElementById('root')).render(React.createElement(ApolloProvider,{client},React.createElement(P)));
