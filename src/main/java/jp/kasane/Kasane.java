package jp.kasane;

public final class Kasane {
    public static void main(String[] args) {}
}
