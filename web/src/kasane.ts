import './kasane.css';
