/**
 * つなぎ: a consultation on its way from the window that received it to the agency that will take it. It is taken, or it comes back
 * together with a 提案; the chain of hand-overs stays, so that nobody is passed around unnoticed (002, L5572-5580, L4944-4951).
 */
package jp.kasane.referral;
